package history

import "fmt"

// operation makes op of the line that was scanned.
func (d *decoder) operation(op *Operation) error {
	l := &d.line
	switch {
	case !l.has(fieldOp):
		return l.need(fieldOp)
	case l.unknownOp != nil:
		return l.unknownOp
	case !l.has(fieldOutcome):
		return l.need(fieldOutcome)
	case l.unknownOutcome != nil:
		return l.unknownOutcome
	}
	if err := l.check(); err != nil {
		return err
	}
	*op = Operation{Process: int(l.process), Call: l.call, Return: Never, Outcome: l.outcome, Error: l.err}
	if l.has(fieldReturn) {
		op.Return = l.ret
	}
	if l.kind.arguments&fieldKey != 0 {
		op.Key = l.key
	}
	op.Action = l.kind.build(l, &d.memory)
	return nil
}

func outcomeNamed(name []byte) (Outcome, error) {
	switch string(name) {
	case "ok":
		return Ok, nil
	case "fail":
		return Fail, nil
	case "info":
		return Info, nil
	}
	return 0, fmt.Errorf("unknown outcome %.40q: known are ok, fail, info", name)
}

// check reports what is missing or contradicts itself. Answers count only where
// there was one; elsewhere they are dropped.
func (l *line) check() error {
	k, outcome := l.kind, l.outcome
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
	return fmt.Errorf("the field %q of op %q is %s", f, l.kind.name, state)
}
