package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/assay-dev/assay/workload/history"
	"github.com/assay-dev/assay/workload/history/exchange"
)

const importHelp = `Turn a history of registers that Jepsen recorded into one that assay check judges.

FILE is Jepsen's history.edn or history.txt, or a log that has the operations in it; -
is standard input. Operations are :read, :write and :cas of [old new], on one register
or, with [key value] as values, on many.`

const importExamples = `  assay import history.edn -o history.jsonl && assay check history.jsonl
  assay import --failed-cas mismatch etcd.log -o etcd.jsonl`

func importCommand(o *output) *cobra.Command {
	var options exchange.Options
	var failedCas, file string
	cmd := &cobra.Command{
		Use:     "import FILE",
		Short:   "Read a history of Jepsen's",
		Long:    importHelp,
		Example: importExamples,
		Args:    onePath("a history of Jepsen's, history.edn for example"),
		RunE: func(_ *cobra.Command, args []string) error {
			switch failedCas {
			case "nothing":
			case "mismatch":
				options.FailedSwapIsMismatch = true
			default:
				return fmt.Errorf("--failed-cas %q: known are nothing, mismatch", failedCas)
			}
			return o.importHistory(args[0], file, options)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&file, "output", "o", "", "`FILE` to write, under zstd if it ends in .zst (default standard output)")
	flags.StringVar(&failedCas, "failed-cas", "nothing", "what a :cas that failed without an :error shows: nothing, or a mismatch with the value")
	flags.StringSliceVar(&options.Skip, "skip", nil, "operations to leave out, `NAME,...`; never one that writes")
	return cmd
}

func (o *output) importHistory(path, file string, options exchange.Options) error {
	in := io.ReadCloser(os.Stdin)
	if path != "-" {
		var err error
		if in, err = os.Open(path); err != nil {
			return err
		}
		defer in.Close()
	}
	h, err := exchange.Import(in, options)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if file == "" {
		return o.write("", func(w io.Writer) error { return exchange.Export(w, h, exchange.Lines) })
	}
	writer, err := history.Create(file, h.Header)
	if err != nil {
		return failure{exitNotRun, err}
	}
	for i := range h.Operations {
		err = errors.Join(err, writer.Write(&h.Operations[i]))
	}
	if err := errors.Join(err, writer.Close()); err != nil {
		return failure{exitNotRun, err}
	}
	return nil
}
