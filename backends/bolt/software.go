package bolt

import (
	"context"

	"go.etcd.io/bbolt/version"
)

// Software returns the version of bbolt.
func (c *Consensus) Software(context.Context) (string, error) {
	return "bbolt " + version.Version, nil
}
