package defective

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/assay-dev/assay/location"
)

// errorBends are the ways to get errors wrong; they fit both objects.
func errorBends() []struct {
	name, clause, sentence string
	bend                   bend
} {
	return []struct {
		name, clause, sentence string
		bend                   bend
	}{
		{"bare-errors", "E1", "returns its errors without a class", bend{err: errors.Unwrap}},
		{"deaf-to-cancellation", "E2", "carries out an operation whose context is already cancelled", bend{context: context.WithoutCancel}},
		{"timeout-by-text", "E4", "keeps of its errors the text and the class only", bend{err: textOnly}},
		{"undetermined-refusal", "E6", "calls its refusals indeterminate", bend{err: undetermined}},
		{"untyped-refusal", "E6", "refuses with errors that cannot be told apart by type", bend{err: untyped}},
		{"any-key", "E6", "mends an illegal key instead of refusing it", bend{key: mended}},
	}
}

// textOnly loses the type of every cause but the refusals.
func textOnly(err error) error {
	if isRefusal(err) {
		return err
	}
	return &location.Error{Class: location.Classify(err), Cause: errors.New(errors.Unwrap(err).Error())}
}

func undetermined(err error) error {
	if !isRefusal(err) {
		return err
	}
	return location.NewIndeterminate(errors.Unwrap(err))
}

func untyped(err error) error {
	if !isRefusal(err) {
		return err
	}
	return location.NewDeterminate(fmt.Errorf("refused: %v", err))
}

func isRefusal(err error) bool {
	return errors.Is(err, location.ErrInvalidArgument) || errors.Is(err, location.ErrTruncationRefused) ||
		errors.Is(err, location.ErrRestoreRefused)
}

func mended(key string) string {
	key = strings.ReplaceAll(key[:min(len(key), 4096)], "\x00", "")
	if key == "" {
		return "empty"
	}
	return strings.ToValidUTF8(key, "?")
}

// keyBends are the ways to confuse keys; they fit both objects.
func keyBends() []struct {
	name, sentence string
	bend           bend
} {
	return []struct {
		name, sentence string
		bend           bend
	}{
		{"case-blind", "does not tell capital letters from small ones", bend{key: strings.ToLower}},
		{"cleaned-paths", "takes keys for paths and cleans them", bend{key: path.Clean}},
		{"unescaped-keys", "takes % in a key for an escape", bend{key: unescaped}},
		{"trimmed-keys", "trims white space off keys", bend{key: trimmed}},
		{"composed-keys", "normalises the letters of keys", bend{key: norm.NFC.String}},
		{"short-keys", "looks at the first 200 bytes of a key only", bend{key: func(key string) string { return key[:min(len(key), 200)] }}},
	}
}

func unescaped(key string) string {
	if plain, err := url.PathUnescape(key); err == nil && plain != "" {
		return plain
	}
	return key
}

func trimmed(key string) string {
	if short := strings.TrimSpace(key); short != "" {
		return short
	}
	return key
}
