package history

import (
	"errors"
	"io"
)

// Read reads a history, plain or under zstd, which it recognises by its first bytes.
//
// A line that is no part of a history is a [*LineError]. An end that was cut off, as a
// killed run leaves it, is no error: what stands before it is returned, with Damage.
func Read(r io.Reader) (*History, error) { return nil, errors.ErrUnsupported }

// ReadFile reads a history file, see [Read].
func ReadFile(path string) (*History, error) { return nil, errors.ErrUnsupported }
