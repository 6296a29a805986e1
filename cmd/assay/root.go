package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

const rootHelp = `Assay answers one question about a store: does it keep its contract when many
clients use it at once and things break?

It lets clients work on the store, records what each of them saw, and checks whether
one order of all operations explains it. The answer is a verdict:

  valid         such an order exists                                    exit code 0
  invalid       none exists: the store broke its contract                         1
  undecided     the check gave up on some keys                                    3
  insufficient  an order exists, but the run proves little                        3

Exit code 2 is bad usage or unreadable input; 4 a run that could not be carried out.
Over several runs the worst counts: 1, then 4, then 2, then 3, then 0.`

const rootExamples = `  assay run                  test the embedded stores for ten seconds
  assay check store/latest   check the history of the newest run again`

// execute runs the command line and returns the exit code.
func execute(args []string, stdout, stderr io.Writer) int {
	o := &output{stdout: stdout, stderr: stderr}
	root := &cobra.Command{
		Use:     "assay",
		Short:   "Assay tests whether stores keep their contract",
		Long:    rootHelp,
		Example: rootExamples,
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cmd.SetOut(stderr)
			return errors.Join(cmd.Help(), errors.New("name a command"))
		},
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w: see %s --help", err, cmd.CommandPath())
	})
	root.AddCommand(runCommand(o), checkCommand(o), verifyCommand(o), certifyCommand(o), zooCommand(o), serveCommand(o), exportCommand(o), importCommand(o), replayCommand(o), versionCommand())
	if err := root.Execute(); err != nil {
		o.fail(err)
	}
	if err := o.summarize(); err != nil {
		o.fail(err)
	}
	return o.code
}

// noArguments refuses arguments without repeating them: one may be a store's URL, with
// its password.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if cmd.HasSubCommands() {
		return errors.New("unknown command: see assay --help")
	}
	return fmt.Errorf("%s takes flags only: see %s --help", cmd.CommandPath(), cmd.CommandPath())
}
