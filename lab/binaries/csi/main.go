// Command csi-hostpath is a CSI driver whose volumes are folders of one node, and whose snapshots are copies of them.
// It has one socket, in the kubelet's registry of plugins: the kubelet and the sidecars find it there.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/container-storage-interface/spec/lib/go/csi"
	"google.golang.org/grpc"
	registration "k8s.io/kubelet/pkg/apis/pluginregistration/v1"
)

const driverName = "hostpath.csi.lab"

func main() {
	socket := flag.String("socket", "", "the socket to serve on")
	node := flag.String("node", "", "the name of the node that has the volumes")
	data := flag.String("data", "", "the folder of volumes and snapshots")
	flag.Parse()
	if *socket == "" || *node == "" || *data == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, *socket, *node, *data); err != nil {
		slog.Error("the driver ended", "error", err.Error())
		os.Exit(1)
	}
}

func run(ctx context.Context, socket, node, data string) error {
	volumes := shelf{filepath.Join(data, "volumes")}
	snapshots := shelf{filepath.Join(data, "snapshots")}
	for _, folder := range []string{volumes.folder, snapshots.folder, filepath.Dir(socket)} {
		if err := os.MkdirAll(folder, 0o750); err != nil {
			return fmt.Errorf("make %s: %w", folder, err)
		}
	}
	server := grpc.NewServer(grpc.UnaryInterceptor(logged))
	csi.RegisterIdentityServer(server, &identity{})
	csi.RegisterControllerServer(server, &controller{node: node, volumes: volumes, snapshots: snapshots})
	csi.RegisterNodeServer(server, &publisher{node: node, volumes: volumes})
	registration.RegisterRegistrationServer(server, &registrar{})
	return serve(ctx, server, socket)
}

func serve(ctx context.Context, server *grpc.Server, socket string) error {
	// A driver that was killed leaves its socket; the kubelet registers whoever makes a new one.
	if err := os.Remove(socket); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, server.GracefulStop)
	return server.Serve(listener)
}
