package devserver

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"

	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/primitives"
)

// loopback is where the services that only talk to each other listen.
const loopback = "127.0.0.1"

// ports are the addresses of one server, each as host:port.
type ports struct {
	frontend, history, matching, worker string
	// ui is empty when no UI is wanted.
	ui string
}

// choosePorts checks that the two public addresses are free and picks ports for
// the rest. All are held until the last is chosen, so that no two are the same.
// The server and the UI end the whole process when they can't bind, which is
// why nothing is left for them to find out.
func choosePorts(listen, uiListen string) (ports, error) {
	var held []net.Listener
	defer func() {
		for _, listener := range held {
			_ = listener.Close()
		}
	}()
	hold := func(what, address string) (string, error) {
		listener, err := listenLoopback(what, address)
		if err != nil {
			return "", err
		}
		held = append(held, listener)
		return listener.Addr().String(), nil
	}

	var chosen ports
	wanted := []struct {
		what, address string
		target        *string
	}{
		{"Temporal server", listen, &chosen.frontend},
		{"Temporal web UI", uiListen, &chosen.ui},
		{"Temporal history service", loopback + ":0", &chosen.history},
		{"Temporal matching service", loopback + ":0", &chosen.matching},
		{"Temporal worker service", loopback + ":0", &chosen.worker},
	}
	for _, want := range wanted {
		if want.address == "" {
			continue
		}
		address, err := hold(want.what, want.address)
		if err != nil {
			return ports{}, err
		}
		*want.target = address
	}
	return chosen, nil
}

// listenLoopback listens on a loopback address or explains why it can't.
func listenLoopback(what, address string) (net.Listener, error) {
	resolved, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("devserver: address of the %s: %q is not a host:port: %w", what, address, err)
	}
	if !resolved.IP.IsLoopback() {
		return nil, fmt.Errorf("devserver: address of the %s: %q is not a loopback address, and the embedded server asks "+
			"nobody who they are: use 127.0.0.1:%d, or a Temporal cluster", what, address, resolved.Port)
	}
	listener, err := net.ListenTCP("tcp", resolved)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("devserver: address of the %s: %s is taken: stop what listens there, or choose another port "+
			"(port 0 picks a free one): %w", what, address, err)
	}
	if err != nil {
		return nil, fmt.Errorf("devserver: address of the %s: cannot listen on %s: %w", what, address, err)
	}
	return listener, nil
}

// hosts tells each service where to find the others. With fixed hosts the
// server needs no membership protocol, and none of its start-up time.
func (p ports) hosts() map[primitives.ServiceName]static.Hosts {
	return map[primitives.ServiceName]static.Hosts{
		primitives.FrontendService: static.SingleLocalHost(p.frontend),
		primitives.HistoryService:  static.SingleLocalHost(p.history),
		primitives.MatchingService: static.SingleLocalHost(p.matching),
		primitives.WorkerService:   static.SingleLocalHost(p.worker),
	}
}

// split takes apart an address that choosePorts made.
func split(address string) (host string, port int) {
	host, text, _ := net.SplitHostPort(address)
	port, _ = strconv.Atoi(text)
	return host, port
}
