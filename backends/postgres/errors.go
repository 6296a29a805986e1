package postgres

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/assay-dev/assay/location"
)

// The SQLSTATEs that say for certain what became of a statement.
const (
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	uniqueViolation      = "23505"
)

// unsent is the error of an operation that got no connection to be sent on.
func unsent(op, key string, err error) error {
	return location.NewDeterminate(fmt.Errorf("%s %q: no connection, nothing was sent: %w", op, key, err))
}

// classify gives the error of a statement its class (E2).
func classify(op, key string, err error) error {
	err = fmt.Errorf("%s %q: %w", op, key, err)
	switch {
	case isState(err, serializationFailure), isState(err, deadlockDetected):
		// The server has rolled the transaction back.
		return location.NewDeterminate(err)
	case pgconn.SafeToRetry(err):
		// Not a byte of the statement was sent.
		return location.NewDeterminate(err)
	default:
		return location.NewIndeterminate(err)
	}
}

func isState(err error, state string) bool {
	var answer *pgconn.PgError
	return errors.As(err, &answer) && answer.Code == state
}
