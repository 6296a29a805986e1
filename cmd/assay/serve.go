package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/assay-dev/assay/results/serve"
)

const serveHelp = `Show the runs of a store directory in a browser: a table that can be searched and
filtered, a page for each run, two runs side by side, and their files.

It only reads. It listens on this machine alone, unless --listen names another address;
then whoever reaches that address can read all runs.`

const serveExamples = `  assay serve                          the runs in ./store
  assay serve --store /var/lib/assay --listen 127.0.0.1:0
                                       others, at any free port`

func serveCommand(o *output) *cobra.Command {
	var dir, address string
	cmd := &cobra.Command{
		Use:     "serve",
		Short:   "Browse runs",
		Long:    serveHelp,
		Example: serveExamples,
		Args:    noArguments,
		RunE:    func(*cobra.Command, []string) error { return o.serve(dir, address) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&dir, "store", "store", "`DIR` in which each run left a directory of its own")
	flags.StringVar(&address, "listen", "127.0.0.1:7357", "`ADDRESS` and port to listen on; port 0 takes a free one")
	return cmd
}

// serve shows dir until a signal comes.
func (o *output) serve(dir, address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return failure{exitNotRun, fmt.Errorf("--listen: %w", err)}
	}
	defer listener.Close()
	pages, err := serve.New(dir, isLoopback(listener.Addr()))
	if err != nil {
		return fmt.Errorf("--store: %w", err)
	}
	defer pages.Close()
	server := &http.Server{Handler: pages, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, func() { server.Close() })
	fmt.Fprintf(o.stdout, "%s is at http://%s/ until ^C\n", dir, listener.Addr())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return failure{exitNotRun, err}
	}
	return nil
}

func isLoopback(address net.Addr) bool {
	place, err := netip.ParseAddrPort(address.String())
	return err == nil && place.Addr().IsLoopback()
}
