package location

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A SeqNo is the version number of a Consensus key (T1).
//
// Its text form is the letter v and the decimal number, v42 (T2). Its JSON form
// is the plain number. SeqNos above [MaxSeqNo] can be written down, so that a
// store's refusal of them can be tested, but are not legal in a store (C4).
type SeqNo uint64

const (
	// MinSeqNo is the smallest legal version number.
	MinSeqNo SeqNo = 0
	// MaxSeqNo is the largest legal version number: what an SQL BIGINT holds.
	MaxSeqNo SeqNo = math.MaxInt64
)

// Why the text of a SeqNo was not accepted by [ParseSeqNo] (T2).
var (
	ErrSeqNoPrefix = errors.New("missing v")
	ErrSeqNoNumber = errors.New("bad number")
)

// Next returns the version number after s.
func (s SeqNo) Next() SeqNo { return s + 1 }

// Legal reports whether a store may hold s (C4).
func (s SeqNo) Legal() bool { return s <= MaxSeqNo }

// String returns the text form of s.
func (s SeqNo) String() string { return "v" + strconv.FormatUint(uint64(s), 10) }

// ParseSeqNo returns the SeqNo that prints as text. Its errors wrap
// [ErrSeqNoPrefix] or [ErrSeqNoNumber] and quote the text.
func ParseSeqNo(text string) (SeqNo, error) {
	if text == "" || text[0] != 'v' {
		return 0, fmt.Errorf("version number %q: %w", text, ErrSeqNoPrefix)
	}
	n, err := strconv.ParseUint(text[1:], 10, 64)
	// Only what String prints is accepted: v07 would not round-trip.
	if err != nil || SeqNo(n).String() != text {
		return 0, fmt.Errorf("version number %q: %w", text, ErrSeqNoNumber)
	}
	return SeqNo(n), nil
}

// MarshalText returns the text form, v42.
func (s SeqNo) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText accepts what [ParseSeqNo] accepts.
func (s *SeqNo) UnmarshalText(text []byte) error {
	parsed, err := ParseSeqNo(string(text))
	if err == nil {
		*s = parsed
	}
	return err
}

// MarshalJSON returns the plain decimal number.
func (s SeqNo) MarshalJSON() ([]byte, error) {
	return strconv.AppendUint(nil, uint64(s), 10), nil
}

// UnmarshalJSON accepts a plain decimal number, and the text form in quotes: so
// encoding/json hands over the key of a map.
func (s *SeqNo) UnmarshalJSON(text []byte) error {
	if inner, quoted := strings.CutPrefix(string(text), `"`); quoted {
		return s.UnmarshalText([]byte(strings.TrimSuffix(inner, `"`)))
	}
	n, err := strconv.ParseUint(string(text), 10, 64)
	if err != nil {
		return fmt.Errorf("version number %q: %w", text, ErrSeqNoNumber)
	}
	*s = SeqNo(n)
	return nil
}
