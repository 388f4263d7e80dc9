// The role `agent`: a DaemonSet's pod that looks at its node, in the cluster's API and in the node's logs.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

const accountFolder = "/var/run/secrets/kubernetes.io/serviceaccount"

func runAgent(ctx context.Context, _ []string) error {
	settings, err := needed("NODE_NAME", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT")
	if err != nil {
		return err
	}
	api := net.JoinHostPort(settings["KUBERNETES_SERVICE_HOST"], settings["KUBERNETES_SERVICE_PORT"])
	place := fmt.Sprintf("https://%s/api/v1/nodes/%s", api, settings["NODE_NAME"])
	askNode := func(ctx context.Context) error { return readNode(ctx, place) }
	askLogs := func(context.Context) error {
		_, err := os.ReadDir(settingOr("LOG_FOLDER", "/host/log"))
		return err
	}
	return serve(ctx, http.NewServeMux(), &health{checks: []check{{"node", true, askNode}, {"logs", true, askLogs}}})
}

// readNode reads the node as the pod's ServiceAccount: it fails where the account's ClusterRole did not arrive.
func readNode(ctx context.Context, place string) error {
	authority, err := os.ReadFile(filepath.Join(accountFolder, "ca.crt"))
	if err != nil {
		return err
	}
	// read each time: the kubelet changes it
	token, err := os.ReadFile(filepath.Join(accountFolder, "token"))
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, place, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+string(token))
	answer, err := (&http.Client{Transport: transport, Timeout: 5 * time.Second}).Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the API server answered %d", answer.StatusCode)
	}
	return nil
}
