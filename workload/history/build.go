package history

import (
	"fmt"
	"strings"
)

// operation makes an operation of the line that was scanned.
func (d *decoder) operation() (Operation, error) {
	l := &d.line
	k, err := d.kind()
	if err != nil {
		return Operation{}, err
	}
	outcome, err := l.readOutcome()
	if err != nil {
		return Operation{}, err
	}
	if err := l.check(k, outcome); err != nil {
		return Operation{}, err
	}
	op := Operation{Process: int(l.process), Call: l.call, Return: Never, Outcome: outcome, Error: l.err}
	if l.has(fieldReturn) {
		op.Return = l.ret
	}
	if k.arguments&fieldKey != 0 {
		op.Key = l.key
	}
	op.Action = k.build(l, &d.memory)
	return op, nil
}

// kind looks up the operation, which has to be one of the history's object.
func (d *decoder) kind() (*kind, error) {
	if err := d.line.need(fieldOp); err != nil {
		return nil, err
	}
	k := kindNamed(d.line.op)
	switch {
	case k == nil:
		return nil, fmt.Errorf("unknown op %.40q: those of a %s are %s", d.line.op, d.object, operationNames(d.object))
	case k.object != d.object:
		return nil, fmt.Errorf("%q is an operation of a %s, and the header says that this history is about a %s",
			k.name, k.object, d.object)
	}
	return k, nil
}

func operationNames(object Object) string {
	var names []string
	for _, k := range kinds {
		if k.object == object {
			names = append(names, k.name)
		}
	}
	return strings.Join(names, ", ")
}

func (l *line) readOutcome() (Outcome, error) {
	switch l.outcome {
	case "ok":
		return Ok, l.need(fieldOutcome)
	case "fail":
		return Fail, l.need(fieldOutcome)
	case "info":
		return Info, l.need(fieldOutcome)
	}
	if err := l.need(fieldOutcome); err != nil {
		return 0, err
	}
	return 0, fmt.Errorf("unknown outcome %.40q: known are ok, fail, info", l.outcome)
}

// check reports what is missing or contradicts itself. Answers count only where
// there was one; elsewhere they are dropped.
func (l *line) check(k *kind, outcome Outcome) error {
	needed := k.arguments | fieldProcess | fieldCall
	switch outcome {
	case Ok:
		needed |= fieldReturn | k.answers | k.nullable&^l.null
	case Fail:
		needed |= fieldReturn
	}
	if outcome != Ok {
		answers := k.answers | k.nullable | k.optional
		l.present &^= answers
		l.null &^= answers
	}
	if err := l.need(needed); err != nil {
		return err
	}
	if l.refused && outcome != Fail {
		return fmt.Errorf(`"refused" stands beside outcome %q and goes with "fail" alone`, outcome)
	}
	// Here the client measured or chose the size. What a store says of a size is
	// recorded as it is.
	if l.has(fieldSize) && l.size < 0 && k.name != "delete" {
		return fmt.Errorf("the size %d is negative", l.size)
	}
	return nil
}

// fault makes a fault of the line that was scanned.
func (d *decoder) fault() (Fault, error) {
	l := &d.line
	if l.has(fieldOp) {
		return Fault{}, fmt.Errorf(`a line has either "op" or "fault"`)
	}
	f := Fault{Fault: l.fault, Call: l.call, Return: Never}
	if l.has(fieldTarget) {
		f.Target = l.target
	}
	if l.has(fieldReturn) {
		f.Return = l.ret
	}
	if l.has(fieldEffect) {
		f.Effect = l.effect
	}
	return f, l.need(fieldCall)
}

// need reports a field of the set that has no value.
func (l *line) need(set field) error {
	missing := set &^ l.present
	if missing == 0 {
		return nil
	}
	f := missing.first()
	state := "missing"
	if l.null&f != 0 {
		state = "null"
	}
	if !l.has(fieldOp) {
		return fmt.Errorf("the field %q is %s", f, state)
	}
	return fmt.Errorf("the field %q of op %.40q is %s", f, l.op, state)
}
