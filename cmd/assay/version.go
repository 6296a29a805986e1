package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/assay-dev/assay/results"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version of assay, of Go and of the system",
		Example: "  assay version",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			v := results.CurrentVersions()
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "assay %s %s %s\n", v.Assay, v.Go, v.OS)
			return err
		},
	}
}
