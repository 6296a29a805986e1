package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/assay-dev/assay/results/certify/certificate"
)

const compareHelp = `Say what became worse from one certificate to a later one: a clause that a store no
longer keeps, or keeps only under a relaxation, or that is no longer shown; a run that is
no longer made. What became better is told too.

The exit code is 1 when anything became worse.`

func compareCommand(o *output) *cobra.Command {
	return &cobra.Command{
		Use:     "compare OLD NEW",
		Short:   "Say what became worse since an earlier certificate",
		Long:    compareHelp,
		Example: "  assay certify compare last-week/certificate.json certificate.json",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return errors.New("name two certificates, the older one first")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return o.compare(args[0], args[1]) },
	}
}

func (o *output) compare(before, now string) error {
	old, err := certificate.Read(before)
	if err != nil {
		return err
	}
	fresh, err := certificate.Read(now)
	if err != nil {
		return err
	}
	c := certificate.Compare(old, fresh)
	if len(c.Worse) > 0 {
		o.worsen(exitInvalid)
	}
	if o.json {
		return json.NewEncoder(o.stdout).Encode(c)
	}
	for _, line := range c.Worse {
		fmt.Fprintf(o.stdout, "worse   %s\n", line)
	}
	for _, line := range c.Better {
		fmt.Fprintf(o.stdout, "better  %s\n", line)
	}
	if len(c.Worse)+len(c.Better) == 0 {
		fmt.Fprintln(o.stdout, "nothing became worse or better")
	}
	return nil
}
