package explain

import "fmt"

// A Clock is what the times of a history count.
type Clock int

const (
	Nanoseconds Clock = iota
	// Steps are those of a test that decides itself who goes on when.
	Steps
)

// at names an instant.
func (c Clock) at(t int64) string {
	if c == Steps {
		return fmt.Sprintf("step %d", t)
	}
	return fmt.Sprintf("%d ns", t)
}

// between names a stretch of time.
func (c Clock) between(from, to int64) string {
	if c == Steps {
		return fmt.Sprintf("from step %d to %d", from, to)
	}
	return fmt.Sprintf("from %d to %d ns", from, to)
}

// lasting says how long something took.
func (c Clock) lasting(t int64) string {
	switch {
	case c == Nanoseconds:
		return fmt.Sprintf("%d ns", t)
	case t == 1:
		return "1 step"
	}
	return fmt.Sprintf("%d steps", t)
}
