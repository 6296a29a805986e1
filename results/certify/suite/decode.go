package suite

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// A decoder reads YAML strictly: an unknown key, a key that stands twice and a value of
// another kind are errors, each with its line. It goes on after an error, so that one
// reading finds them all.
type decoder struct {
	file string
	errs []error
}

// fail notes what is wrong at a node.
func (d *decoder) fail(at *yaml.Node, format string, args ...any) {
	d.errs = append(d.errs, fmt.Errorf("%s:%d: %s", d.file, at.Line, fmt.Sprintf(format, args...)))
}

// err returns everything that is wrong, by line.
func (d *decoder) err() error { return errors.Join(d.errs...) }

// fields say what reads the value of each key of a mapping.
type fields map[string]func(*yaml.Node)

// mapping reads the values of a mapping, which what names in errors.
func (d *decoder) mapping(n *yaml.Node, what string, known fields) {
	if n = resolve(n); n.Kind != yaml.MappingNode {
		d.fail(n, "%s is %s: write keys and values", what, kindOf(n))
		return
	}
	seen := map[string]int{}
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		read := known[key.Value]
		switch first := seen[key.Value]; {
		case first > 0:
			d.fail(key, "key %q stands in line %d already", key.Value, first)
		case read == nil:
			d.fail(key, "unknown key %q in %s: known are %s", key.Value, what, names(known))
		default:
			read(value)
		}
		seen[key.Value] = cmp.Or(seen[key.Value], key.Line)
	}
}

func names(known fields) string { return strings.Join(slices.Sorted(maps.Keys(known)), ", ") }

// items returns what is in a list.
func (d *decoder) items(n *yaml.Node, what string) []*yaml.Node {
	if n = resolve(n); n.Kind != yaml.SequenceNode {
		d.fail(n, "%s is %s: write a list, [a, b]", what, kindOf(n))
		return nil
	}
	return n.Content
}

// scalar reads one value; anything but what T holds is an error that says what it wants.
func scalar[T any](d *decoder, n *yaml.Node, into *T, what, wants string) bool {
	n = resolve(n)
	_, text := any(into).(*string)
	// Decode itself would cut 3.5 down to 3.
	fits := n.Kind == yaml.ScalarNode && (text && n.ShortTag() != "!!null" || n.ShortTag() == "!!int")
	if !fits || n.Decode(into) != nil {
		d.fail(n, "%s is %s: give %s", what, kindOf(n), wants)
		return false
	}
	return true
}

func (d *decoder) text(into *string, what string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if scalar(d, n, into, what, "a text") && *into == "" {
			d.fail(n, "%s is empty", what)
		}
	}
}

// count reads a whole number above 0.
func count[T int | int64](d *decoder, into *T, what string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if scalar(d, n, into, what, "a whole number") && *into < 1 {
			d.fail(n, "%s is %d: give at least 1", what, *into)
		}
	}
}

// seconds reads a length of time.
func (d *decoder) seconds(into *float64, what string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		var text string
		if !scalar(d, n, &text, what, "a length of time, 30s for example") {
			return
		}
		length, err := time.ParseDuration(text)
		if err != nil || length <= 0 {
			d.fail(n, "%s is %q: give a length of time above 0, 30s for example", what, text)
		}
		*into = length.Seconds()
	}
}

// list reads a list of texts, each of which it has to know: check returns what is wrong
// with one.
func (d *decoder) list(into *[]string, what string, check func(string) error) func(*yaml.Node) {
	return func(n *yaml.Node) {
		*into = []string{}
		for _, item := range d.items(n, what) {
			var text string
			if !scalar(d, item, &text, "an entry of "+what, "a text") {
				continue
			}
			if err := check(text); err != nil {
				d.fail(item, "%s: %v", what, err)
			} else if slices.Contains(*into, text) {
				d.fail(item, "%s: %q stands there twice", what, text)
			}
			*into = append(*into, text)
		}
	}
}

// resolve returns the node that an alias stands for.
func resolve(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	if n.ShortTag() == "!!null" {
		return "empty"
	}
	return fmt.Sprintf("%q", n.Value)
}
