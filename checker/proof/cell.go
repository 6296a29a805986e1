package proof

import (
	"errors"
	"fmt"

	"github.com/assay-dev/assay/workload/history"
)

// cell is the specification of one key of a Register.
type cell struct{ now history.Content }

func (c *cell) take(op *history.Operation, _ int64) error {
	switch a := op.Action.(type) {
	case *history.RegisterRead:
		if a.Held != c.now {
			return fmt.Errorf("the key holds %v", c.now)
		}
	case *history.RegisterWrite:
		c.now = a.New
	case *history.RegisterSwap:
		if definite(op) && a.Swapped != (a.Old == c.now) {
			return fmt.Errorf("the key holds %v", c.now)
		}
		if a.Old == c.now {
			c.now = a.New
		}
	default:
		return errors.New("the operation has no place in an order")
	}
	return nil
}
