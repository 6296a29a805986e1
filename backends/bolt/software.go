package bolt

import (
	"context"
	"runtime/debug"
)

// Software returns the version of bbolt, as far as the program knows with what it was
// built: the constant in bbolt itself is of some earlier one.
func Software() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "bbolt"
	}
	for _, module := range info.Deps {
		if module.Path == "go.etcd.io/bbolt" {
			return "bbolt " + module.Version
		}
	}
	return "bbolt"
}

// Software returns what the package's function of the same name does.
func (c *Consensus) Software(context.Context) (string, error) { return Software(), nil }
