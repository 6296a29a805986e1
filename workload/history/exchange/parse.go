package exchange

import (
	"fmt"
	"strings"
)

// parse reads the events of a file in either form.
func parse(text string) ([]event, error) {
	p := &parser{text: text, line: 1}
	if p.skip() && strings.IndexByte("{[(#", p.text[p.pos]) >= 0 {
		return parseMaps(p)
	}
	return parseLines(text)
}

// parseMaps reads maps, or a vector of them.
func parseMaps(p *parser) (events []event, err error) {
	if c := p.text[p.pos]; c == '[' || c == '(' {
		rest := &parser{text: p.text, pos: p.pos + 1, line: p.line}
		if events, err = parseSequence(rest, closing(c)); err != nil {
			return nil, err
		}
		if rest.skip() {
			return nil, rest.fail("something follows the history")
		}
		return events, nil
	}
	return parseSequence(p, 0)
}

// parseSequence reads maps up to a bracket, or with 0 up to the end.
func parseSequence(p *parser, end byte) (events []event, err error) {
	for p.skip() {
		if end != 0 && p.text[p.pos] == end {
			p.pos++
			return events, nil
		}
		line := p.line
		v, err := p.value(0)
		if err != nil {
			return nil, err
		}
		e, err := eventOf(v)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		e.line = line
		events = append(events, e)
	}
	if end != 0 {
		return nil, p.fail("%q is missing at the end", end)
	}
	return events, nil
}

// eventOf reads one map.
func eventOf(v any) (event, error) {
	d, ok := v.(dict)
	if !ok {
		return event{}, fmt.Errorf("%.60s is no operation: wanted is a map", print(v))
	}
	e := event{process: d.get(":process"), value: d.get(":value"), err: d.get(":error")}
	e.kind, _ = d.get(":type").(atom)
	e.f, _ = d.get(":f").(atom)
	if _, client := e.client(); client && (!isKind(e.kind) || e.f == "") {
		return e, fmt.Errorf("an operation with :type %s and :f %s: wanted are a :type of %s, %s, %s or %s, and an :f",
			print(d.get(":type")), print(d.get(":f")), invoke, okay, fail, info)
	}
	e.time, e.hasTime = number(d.get(":time"))
	return e, nil
}

// logger is what stands before an operation in a log.
const logger = "jepsen.util"

// parseLines reads lines of process, type, function and value. Where those of a log are
// among them, the lines of all other loggers are left out.
func parseLines(text string) (events []event, err error) {
	isLog := strings.Contains(text, logger)
	number := 0
	for line := range strings.Lines(text) {
		number++
		if isLog {
			_, after, found := strings.Cut(line, logger)
			if !found {
				continue
			}
			line = strings.TrimPrefix(strings.TrimLeft(after, " \t"), "-")
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		e, err := lineOf(&parser{text: strings.TrimRight(line, "\r\n"), line: number})
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}

// lineOf reads one line.
func lineOf(p *parser) (event, error) {
	e := event{line: p.line}
	var fields []any
	for p.skip() {
		v, err := p.value(0)
		if err != nil {
			return e, err
		}
		fields = append(fields, v)
	}
	if len(fields) >= 3 {
		e.process = fields[0]
		e.kind, _ = fields[1].(atom)
		e.f, _ = fields[2].(atom)
	}
	if len(fields) > 3 {
		e.value = fields[3]
	}
	if len(fields) > 4 {
		e.err = fields[4]
	}
	if !isKind(e.kind) || !e.f.isKeyword() {
		return e, p.fail("wanted is a process, one of %s, %s, %s and %s, a function and a value", invoke, okay, fail, info)
	}
	return e, nil
}
