package bolt

import (
	"context"
	"runtime/debug"
)

// Software returns the version of bbolt, as far as the program knows with what it was
// built: the constant in bbolt itself is of some earlier one.
func (c *Consensus) Software(context.Context) (string, error) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "bbolt", nil
	}
	for _, module := range info.Deps {
		if module.Path == "go.etcd.io/bbolt" {
			return "bbolt " + module.Version, nil
		}
	}
	return "bbolt", nil
}
