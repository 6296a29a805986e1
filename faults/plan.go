package faults

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// A Plan is the faults that a run asks for. An empty Plan asks for none.
type Plan []Fault

// Lines returns the plan's faults as the lines of a file.
func (p Plan) Lines() []string {
	lines := make([]string, len(p))
	for i, f := range p {
		lines[i] = f.String()
	}
	return lines
}

// String returns the plan as the file that [Read] reads; "" when it is empty.
func (p Plan) String() string {
	if len(p) == 0 {
		return ""
	}
	return strings.Join(p.Lines(), "\n") + "\n"
}

// Has reports whether the plan asks for a kind of fault.
func (p Plan) Has(kind string) bool {
	for _, f := range p {
		if f.Kind == kind {
			return true
		}
	}
	return false
}

// Read reads a plan: one fault a line, with comments from # to the end of a line. Its
// error tells of every line that is wrong, by its number.
func Read(text string) (Plan, error) {
	var plan Plan
	var errs []error
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		if strings.TrimSpace(line) == "" {
			continue
		}
		fault, err := parseLine(line)
		if err != nil {
			errs = append(errs, fmt.Errorf("line %d: %w", i+1, err))
			continue
		}
		plan = append(plan, fault)
	}
	return plan, errors.Join(errs...)
}

// ReadFile reads the plan in a file.
func ReadFile(path string) (Plan, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	plan, err := Read(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return plan, nil
}

// Parse reads faults as they stand on the command line: name, name=value, or a whole
// line of a plan, which has a space. An unknown name is an error that names the
// known ones.
func Parse(specs []string) (Plan, error) {
	var plan Plan
	seen := map[string]bool{}
	for _, spec := range specs {
		if strings.ContainsAny(strings.TrimSpace(spec), " \t") {
			fault, err := parseLine(spec)
			if err != nil {
				return nil, fmt.Errorf("fault %q: %w", spec, err)
			}
			plan = append(plan, fault)
			continue
		}
		faults, err := parseFlag(spec)
		if err != nil {
			return nil, err
		}
		if seen[spec] {
			return nil, fmt.Errorf("fault %q is named twice", spec)
		}
		seen[spec] = true
		plan = append(plan, faults...)
	}
	return plan, nil
}

// parseFlag returns the faults that name or name=value stands for.
func parseFlag(spec string) (Plan, error) {
	name, value, valued := strings.Cut(spec, "=")
	kind, err := kindNamed(name)
	if err != nil {
		return nil, err
	}
	if valued && value == "" {
		return nil, fmt.Errorf("fault %q: a value is missing after =", name)
	}
	faults, err := kind.Flag(value)
	for _, f := range faults {
		err = errors.Join(err, kind.check(f))
	}
	if err != nil {
		return nil, fmt.Errorf("fault %q: %w", spec, err)
	}
	return faults, nil
}
