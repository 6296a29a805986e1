package main

import (
	"crypto/rand"
	"encoding/binary"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/assay-dev/assay/backends"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/job"
)

// commandOf returns the command line that runs the same again: the flags that were
// given and decide something, the seed that was drawn, and no secret. What stood in a
// file of faults stands there line by line: the file may change.
func commandOf(flags *pflag.FlagSet, spec job.Spec) string {
	args := []string{"assay", "run"}
	fromFile := flags.Changed("fault-plan")
	flags.Visit(func(flag *pflag.Flag) {
		switch {
		case slices.Contains([]string{"seed", "json", "summary"}, flag.Name), fromFile && flag.Name == "faults":
		case flag.Name == "fault-plan":
			for _, line := range spec.Faults.Lines() {
				args = append(args, "--faults="+line)
			}
		default:
			args = append(args, "--"+flag.Name+"="+valueOf(flag))
		}
	})
	return results.CommandLine(append(args, "--seed="+strconv.FormatUint(spec.Seed, 10)))
}

func valueOf(flag *pflag.Flag) string {
	if list, ok := flag.Value.(pflag.SliceValue); ok {
		return strings.Join(list.GetSlice(), ",")
	}
	if flag.Value.Type() == "stringToInt" { // in brackets, in any order
		pairs := strings.Split(strings.Trim(flag.Value.String(), "[]"), ",")
		slices.Sort(pairs)
		return strings.Join(pairs, ",")
	}
	if flag.Name == "consensus" || flag.Name == "blob" {
		return backends.Redact(flag.Value.String())
	}
	return flag.Value.String()
}

// drawSeed returns a random seed of 53 bits, as much as a number in JSON holds exactly
// everywhere.
func drawSeed() uint64 {
	var random [8]byte
	rand.Read(random[:]) // never fails
	return binary.LittleEndian.Uint64(random[:]) >> 11
}

// nameAfter names a run after the schemes of its stores.
func nameAfter(targets []job.Target) string {
	if len(targets) == 0 {
		return "embedded"
	}
	schemes := make([]string, len(targets))
	for i, target := range targets {
		schemes[i], _, _ = strings.Cut(target.URL, ":")
	}
	return strings.Join(schemes, "+")
}
