// Pictures from the external bucket, by signed virtual-hosted requests: the one style that every S3 server takes.
package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	signer "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// the hash of no content, which is what a GET sends
const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

type pictures struct {
	base   *url.URL
	region string
	keys   aws.Credentials
	signer *signer.Signer
}

func newPictures() (*pictures, error) {
	settings, err := needed("PICTURES_URL", "PICTURES_BUCKET", "PICTURES_ACCESS_KEY", "PICTURES_SECRET_KEY")
	if err != nil {
		return nil, err
	}
	base, err := url.Parse(settings["PICTURES_URL"])
	if err != nil {
		return nil, err
	}
	base.Host = settings["PICTURES_BUCKET"] + "." + base.Host
	keys := aws.Credentials{
		AccessKeyID:     settings["PICTURES_ACCESS_KEY"],
		SecretAccessKey: settings["PICTURES_SECRET_KEY"],
	}
	plain := func(options *signer.SignerOptions) { options.DisableURIPathEscaping = true }
	return &pictures{base, settingOr("PICTURES_REGION", "eu-de"), keys, signer.NewSigner(plain)}, nil
}

func (p *pictures) show(w http.ResponseWriter, r *http.Request) {
	number, err := strconv.ParseUint(r.PathValue("id"), 10, 32)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	answer, err := p.request(r.Context(), http.MethodGet, fmt.Sprintf("products/%d/picture.png", number))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound:
		http.NotFound(w, r)
		return
	default:
		http.Error(w, fmt.Sprintf("the bucket answered %d", answer.StatusCode), http.StatusBadGateway)
		return
	}
	for _, name := range []string{"Content-Type", "Content-Length", "Cache-Control", "ETag"} {
		if value := answer.Header.Get(name); value != "" {
			w.Header().Set(name, value)
		}
	}
	// a client that goes away ends the copy
	_, _ = io.Copy(w, answer.Body)
}

// ask says whether the bucket answers. Not with a HEAD: OBS answers that in ways in which it serves nothing else.
func (p *pictures) ask(ctx context.Context) error {
	answer, err := p.request(ctx, http.MethodGet, "?location")
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the bucket answered %d", answer.StatusCode)
	}
	return nil
}

func (p *pictures) request(ctx context.Context, method, key string) (*http.Response, error) {
	place, err := p.base.Parse("/" + key)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, method, place.String(), nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("X-Amz-Content-Sha256", emptyHash)
	if err := p.signer.SignHTTP(ctx, p.keys, request, emptyHash, "s3", p.region, time.Now()); err != nil {
		return nil, err
	}
	return client.Do(request)
}
