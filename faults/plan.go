package faults

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// DefaultRate is the rate of the fault unreliable when none is named.
const DefaultRate = 0.1

// UnreliableName names the fault of the wrapper [Unreliable].
const UnreliableName = "unreliable"

// A Plan is the faults that a run asks for. The zero Plan asks for none.
type Plan struct {
	// UnreliableRate is the share of operations that the unreliable wrapper loses, and
	// of those that it does not tell, see [Rate]; 0 means no wrapper.
	UnreliableRate float64
	// CutInterval is the mean time between two cuts of all connections, see [Cuts]; 0
	// means none.
	CutInterval time.Duration
}

// A kind is one fault by its name on the command line.
type kind struct {
	name string
	// parse reads what stands after "name=", or "" without it, into the plan.
	parse func(p *Plan, value string) error
	// print returns the flag's value for what the plan asks for, or "".
	print func(p Plan) string
}

func kinds() []kind {
	return []kind{
		{UnreliableName, parseUnreliable, printUnreliable},
		{CutsName, parseCuts, printCuts},
	}
}

// Names returns the names of all faults.
func Names() []string {
	var names []string
	for _, k := range kinds() {
		names = append(names, k.name)
	}
	return names
}

// Parse reads faults as they stand on the command line, name or name=value. An
// unknown name is an error that names the known ones.
func Parse(specs []string) (Plan, error) {
	var plan Plan
	var seen []string
	for _, spec := range specs {
		name, value, valued := strings.Cut(spec, "=")
		i := slices.IndexFunc(kinds(), func(k kind) bool { return k.name == name })
		switch {
		case i < 0:
			return Plan{}, fmt.Errorf("unknown fault %q: known are %s", name, strings.Join(Names(), ", "))
		case slices.Contains(seen, name):
			return Plan{}, fmt.Errorf("fault %q is named twice", name)
		case valued && value == "":
			return Plan{}, fmt.Errorf("fault %q: a value is missing after =", name)
		}
		seen = append(seen, name)
		if err := kinds()[i].parse(&plan, value); err != nil {
			return Plan{}, fmt.Errorf("fault %q: %w", spec, err)
		}
	}
	return plan, nil
}

// Empty reports whether the plan asks for no fault.
func (p Plan) Empty() bool { return p == Plan{} }

// String returns the plan as the flag that [Parse] reads, split at commas; "" when
// it is empty.
func (p Plan) String() string {
	var specs []string
	for _, k := range kinds() {
		if spec := k.print(p); spec != "" {
			specs = append(specs, spec)
		}
	}
	return strings.Join(specs, ",")
}

func parseUnreliable(p *Plan, value string) error {
	p.UnreliableRate = DefaultRate
	if value == "" {
		return nil
	}
	rate, err := strconv.ParseFloat(value, 64)
	if err != nil || !(rate > 0 && rate <= 1) {
		return fmt.Errorf("the rate %q is not a number above 0 and up to 1", value)
	}
	p.UnreliableRate = rate
	return nil
}

func printUnreliable(p Plan) string {
	if p.UnreliableRate == 0 {
		return ""
	}
	return UnreliableName + "=" + strconv.FormatFloat(p.UnreliableRate, 'g', -1, 64)
}

func parseCuts(p *Plan, value string) error {
	p.CutInterval = DefaultCutInterval
	if value == "" {
		return nil
	}
	interval, err := time.ParseDuration(value)
	if err != nil || interval < time.Millisecond {
		return fmt.Errorf("the interval %q is not a length of time from 1ms on", value)
	}
	p.CutInterval = interval
	return nil
}

func printCuts(p Plan) string {
	if p.CutInterval == 0 {
		return ""
	}
	return CutsName + "=" + p.CutInterval.String()
}
