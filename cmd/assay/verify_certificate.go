package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/assay-dev/assay/results/certify"
)

// verifyCertificate goes through what the certificate of a suite rests on. A file that is
// no certificate any more does not match; one that cannot be read is bad usage.
func (o *output) verifyCertificate(path string) error {
	if _, err := os.Stat(path); err != nil {
		return err
	}
	c, err := certify.Verify(path)
	if err != nil {
		o.worsen(exitInvalid)
		for _, problem := range apart(err) {
			fmt.Fprintf(o.stderr, "assay: refused: %v\n", problem)
		}
		return nil
	}
	o.worsen(exitCode(c.Verdict))
	_, err = fmt.Fprintf(o.stdout, "the files of %d runs prove it: ", len(c.Runs))
	return errors.Join(err, c.WriteText(o.stdout))
}

// apart returns the errors that were joined to err.
func apart(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}
