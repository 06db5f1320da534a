package devserver

import (
	"context"
	"fmt"
	"net/http"
	"time"

	uiserver "github.com/temporalio/ui-server/v2/server"
	uiconfig "github.com/temporalio/ui-server/v2/server/config"
	uioptions "github.com/temporalio/ui-server/v2/server/server_options"
)

// webUI is Temporal's web UI, serving at an address.
type webUI struct {
	server  *uiserver.Server
	address string
	// done is closed when the UI no longer serves.
	done chan struct{}
}

// startUI serves the UI for the Temporal server at the given address and returns
// when it answers. The caller has checked that the port is free: the UI ends the
// process when it can't bind.
func startUI(ctx context.Context, address, temporalAddress string, options Options) (*webUI, error) {
	host, port := split(address)
	if host == "::1" {
		host = "[::1]" // the UI joins host and port itself, without brackets
	}
	ui := &webUI{
		address: address,
		done:    make(chan struct{}),
		server: uiserver.NewServer(uioptions.WithConfigProvider(&uiconfig.Config{
			TemporalGRPCAddress: temporalAddress,
			Host:                host,
			Port:                port,
			EnableUI:            true,
			DefaultNamespace:    options.Namespace,
			DisableNewsFetch:    true,
			HideLogs:            true,
			CORS:                uiconfig.CORS{CookieInsecure: true}, // plain HTTP on loopback
			Codec:               uiconfig.Codec{Endpoint: options.CodecEndpoint},
		})),
	}
	go func() {
		defer close(ui.done)
		_ = ui.server.Start() // nil after Stop; anything else ends the process
	}()
	if err := ui.waitReady(ctx); err != nil {
		ui.stop()
		return nil, err
	}
	return ui, nil
}

// waitReady returns when the UI answers.
func (u *webUI) waitReady(ctx context.Context) error {
	transport := &http.Transport{DisableKeepAlives: true}
	for {
		err := u.probe(ctx, transport)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("devserver: Temporal's web UI at %s doesn't answer: %w", u.address, err)
		case <-time.After(readyPause):
		}
	}
}

// probe asks the UI once whether it serves.
func (u *webUI) probe(ctx context.Context, transport http.RoundTripper) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+u.address+"/healthz", nil)
	if err != nil {
		return err
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("status %s", response.Status)
	}
	return nil
}

// stop ends the UI and waits until its port is free.
func (u *webUI) stop() {
	u.server.Stop()
	<-u.done
}
