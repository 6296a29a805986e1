package main

import (
	"crypto/rand"
	"encoding/binary"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/assay-dev/assay/backends"
	"github.com/assay-dev/assay/results"
	"github.com/assay-dev/assay/results/job"
)

// commandOf returns the command line that runs the same again: the flags that were
// given and decide something, the seed that was drawn, and no secret.
func commandOf(flags *pflag.FlagSet, seed uint64) string {
	args := []string{"assay", "run"}
	flags.Visit(func(flag *pflag.Flag) {
		if flag.Name != "seed" && flag.Name != "json" && flag.Name != "summary" {
			args = append(args, "--"+flag.Name+"="+valueOf(flag))
		}
	})
	return results.CommandLine(append(args, "--seed="+strconv.FormatUint(seed, 10)))
}

func valueOf(flag *pflag.Flag) string {
	if list, ok := flag.Value.(pflag.SliceValue); ok {
		return strings.Join(list.GetSlice(), ",")
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
