// The role `web`: the front of the shop. It shows a page, and hands everything else to the API.
package main

import (
	"context"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
)

func runWeb(ctx context.Context, _ []string) error {
	settings, err := needed("API_URL", "SHOP_TITLE")
	if err != nil {
		return err
	}
	target, err := url.Parse(settings["API_URL"])
	if err != nil {
		return err
	}
	page, err := template.New("page").Parse(pageText)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	proxy := newProxy(target)
	for _, pattern := range []string{"/orders", "/orders/", "/products/", "/uploads/"} {
		mux.Handle(pattern, proxy)
	}
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		values := map[string]string{"Title": settings["SHOP_TITLE"], "Pod": os.Getenv("HOSTNAME")}
		if err := page.Execute(w, values); err != nil {
			slog.Warn("the page was not sent", "error", err.Error())
		}
	})
	ask := func(ctx context.Context) error { return getOK(ctx, settings["API_URL"]+"/healthz") }
	return serve(ctx, mux, &health{checks: []check{{"api", false, ask}}})
}

// newProxy hands requests on, one connection each: a kept one could lead to a pod that is about to end. A request that
// got no answer is never sent again: an order must not be taken twice.
func newProxy(target *url.URL) http.Handler {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.SetXForwarded()
		},
		Transport: &http.Transport{DisableKeepAlives: true},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			http.Error(w, fmt.Sprintf("the API does not answer: %v", err), http.StatusBadGateway)
		},
	}
}
