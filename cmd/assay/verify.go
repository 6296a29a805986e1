package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/checker/proof"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results/job"
)

const verifyHelp = `Verify what a certificate claims of a history, without trusting the checker.

HISTORY is a history file; CERTIFICATE is what assay check --certificate kept of it:
an order for each valid key, a contradiction for each invalid one. The verifier is
small and knows nothing of how they were found.

The exit code is that of the verdict which the certificate proves, or 2 when it
proves none.`

const verifyExamples = `  assay check --certificate proof.json store/latest
  assay verify store/latest/history.jsonl.zst proof.json`

func verifyCommand(o *output) *cobra.Command {
	var names []string
	cmd := &cobra.Command{
		Use:     "verify HISTORY CERTIFICATE",
		Short:   "Verify a verdict by its certificate",
		Long:    verifyHelp,
		Example: verifyExamples,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return errors.New("name a history file and a certificate file: see assay verify --help")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			var relax location.Relaxations // nil: those that the history names
			if cmd.Flags().Changed("relax") {
				given, err := parseRelaxations(names)
				if err != nil {
					return err
				}
				relax = append(location.Relaxations{}, given...)
			}
			return o.verify(args[0], args[1], relax)
		},
	}
	cmd.Flags().StringSliceVar(&names, "relax", nil, "named exceptions from the contract (default those that the history names): "+knownRelaxations())
	return cmd
}

func (o *output) verify(history, certificate string, relax location.Relaxations) error {
	c, err := job.Verify(history, certificate, relax)
	if err != nil {
		return fmt.Errorf("refused: %w", err)
	}
	verdict, of := proven(c)
	o.worsen(exitCode(verdict))
	_, err = fmt.Fprintf(o.stdout, "the certificate proves %s: %d keys in order, %d contradictory, %d undecided\n",
		verdict, of[checker.Valid], of[checker.Invalid], of[checker.Undecided])
	return err
}

// proven returns the verdict that a verified certificate stands for, and how many keys
// have which.
func proven(c *proof.Certificate) (checker.Verdict, map[checker.Verdict]int) {
	of := map[checker.Verdict]int{}
	for _, key := range c.Keys {
		switch {
		case key.Undecided != "":
			of[checker.Undecided]++
		case key.Contradiction != nil:
			of[checker.Invalid]++
		default:
			of[checker.Valid]++
		}
	}
	for _, verdict := range []checker.Verdict{checker.Invalid, checker.Undecided} {
		if of[verdict] > 0 {
			return verdict, of
		}
	}
	return checker.Valid, of
}
