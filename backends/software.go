package backends

import "context"

// Software is a store that can tell what it runs on: a name and a version, such as
// "PostgreSQL 17.6". It is empty where the store does not know.
type Software interface {
	Software(ctx context.Context) (string, error)
}
