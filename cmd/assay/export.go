package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/workload/history"
	"github.com/assay-dev/assay/workload/history/exchange"
)

const exportHelp = `Write a history for other tools.

  jepsen-edn  a map for each call and each return, in order, as Jepsen writes and Knossos
              reads them; keys and values are [key value]
  jsonl       the history file as it is, without compression
  csv         a row for each operation

PATH is the directory of a run, or a history file.`

const exportExamples = `  assay export --format jepsen-edn store/latest > history.edn
  assay export --format csv -o history.csv store/latest`

func exportCommand(o *output) *cobra.Command {
	var format, file string
	cmd := &cobra.Command{
		Use:     "export --format FORMAT PATH",
		Short:   "Write a history for other tools",
		Long:    exportHelp,
		Example: exportExamples,
		Args:    onePath("a run directory or a history file, store/latest for example"),
		RunE:    func(_ *cobra.Command, args []string) error { return o.export(args[0], exchange.Format(format), file) },
	}
	cmd.Flags().StringVar(&format, "format", "", "one of jepsen-edn, jsonl, csv")
	cmd.Flags().StringVarP(&file, "output", "o", "", "`FILE` to write (default standard output)")
	return cmd
}

// onePath accepts exactly one argument.
func onePath(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return fmt.Errorf("name %s", what)
		}
		return nil
	}
}

func (o *output) export(path string, format exchange.Format, file string) error {
	if !slices.Contains(exchange.Formats(), format) {
		return fmt.Errorf("--format %q: known are jepsen-edn, jsonl, csv", format)
	}
	files, err := results.Find(path)
	if err != nil {
		return err
	}
	if len(files) > 1 {
		return fmt.Errorf("%s has %d histories, name one of them: %s", path, len(files), strings.Join(files, ", "))
	}
	h, err := history.ReadFile(files[0])
	if err != nil {
		return err
	}
	if h.Damage != nil {
		fmt.Fprintf(o.stderr, "assay: warning: %v; what stands before it is written\n", h.Damage)
	}
	return o.write(file, func(w io.Writer) error { return exchange.Export(w, h, format) })
}

// write lets write fill a file, or standard output when there is no name.
func (o *output) write(name string, write func(io.Writer) error) (err error) {
	if name == "" {
		err = write(o.stdout)
	} else {
		var file *os.File
		if file, err = os.Create(name); err == nil {
			err = errors.Join(write(file), file.Close())
		}
	}
	if err != nil {
		return failure{exitNotRun, err}
	}
	return nil
}
