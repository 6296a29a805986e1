package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/assay-dev/assay/checker"
	"github.com/assay-dev/assay/location"
	"github.com/assay-dev/assay/results/certify"
	"github.com/assay-dev/assay/results/job"
)

const verifyHelp = `Verify a verdict from the files that it rests on, without trusting what found it.

With one argument: the certificate of a suite, see assay certify. Everything that it
rests on is gone through again: the sums of all files; from each history and its proof
the verdict, the evidence, and what was put to the test; and from the runs what it says
of the clauses. Each file that does not match is named.

With two: HISTORY is a history file, and PROOF what assay check --certificate kept of it,
an order for each valid key, a contradiction for each invalid one. The verifier is small
and knows nothing of how they were found.

The exit code is that of the verdict which is proven. It is 1 when something does not match a
certificate, and 2 when a proof proves nothing.`

const verifyExamples = `  assay verify certificates/quick/20261122T130509Z/certificate.json
  assay check --certificate proof.json store/latest
  assay verify store/latest/history.jsonl.zst proof.json`

func verifyCommand(o *output) *cobra.Command {
	var names []string
	cmd := &cobra.Command{
		Use:     "verify certificate.json | HISTORY PROOF",
		Short:   "Verify a certificate, or one verdict by its proof",
		Long:    verifyHelp,
		Example: verifyExamples,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 && len(args) != 2 {
				return errors.New("name the certificate of a suite, or a history file and its proof: see assay verify --help")
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
			if len(args) == 1 {
				if relax != nil {
					return errors.New("--relax: the certificate of a suite says what it is relaxed by")
				}
				return o.verifyCertificate(args[0])
			}
			return o.verify(args[0], args[1], relax)
		},
	}
	cmd.Flags().StringSliceVar(&names, "relax", nil, "named exceptions from the contract, `NAME,...` (default those that the history names): "+knownRelaxations())
	return cmd
}

func (o *output) verify(history, certificate string, relax location.Relaxations) error {
	defer letGarbageRest(history)()
	c, err := job.Verify(history, certificate, relax)
	if err != nil {
		return fmt.Errorf("refused: %w", err)
	}
	verdict, of := certify.Proven(c)
	o.worsen(exitCode(verdict))
	_, err = fmt.Fprintf(o.stdout, "the certificate proves %s: %d keys in order, %d contradictory, %d undecided\n",
		verdict, of[checker.Valid], of[checker.Invalid], of[checker.Undecided])
	return err
}
