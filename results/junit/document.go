package junit

import (
	"encoding/xml"
	"io"
	"strconv"
	"time"
)

// A Suite is a group of tests.
type Suite struct {
	Name       string     `xml:"name,attr"`
	Tests      int        `xml:"tests,attr"`
	Failures   int        `xml:"failures,attr"`
	Errors     int        `xml:"errors,attr"`
	Skipped    int        `xml:"skipped,attr"`
	Seconds    string     `xml:"time,attr"`
	Timestamp  string     `xml:"timestamp,attr,omitempty"`
	Properties []property `xml:"properties>property"`
	Cases      []Case     `xml:"testcase"`
}

type property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

// A Case is one test. At most one of Failure, Error and Skipped is given.
type Case struct {
	Class   string   `xml:"classname,attr"`
	Name    string   `xml:"name,attr"`
	Seconds string   `xml:"time,attr"` // see [Seconds]
	Failure *Problem `xml:"failure,omitempty"`
	Error   *Problem `xml:"error,omitempty"`
	Skipped *Problem `xml:"skipped,omitempty"`
}

// A Problem is why a test did not succeed.
type Problem struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// NewSuite returns a suite without tests that took so many seconds, from start on where
// that is known.
func NewSuite(name string, seconds float64, start time.Time) Suite {
	s := Suite{Name: name, Seconds: Seconds(seconds)}
	if !start.IsZero() {
		s.Timestamp = start.UTC().Format(time.RFC3339)
	}
	return s
}

// Property tells something of the suite; nothing when value is empty.
func (s *Suite) Property(name, value string) {
	if value != "" {
		s.Properties = append(s.Properties, property{name, value})
	}
}

// Add adds a test and counts it.
func (s *Suite) Add(c Case) {
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

// Encode writes the suites as one document.
func Encode(w io.Writer, suites ...Suite) error {
	document := struct {
		XMLName xml.Name `xml:"testsuites"`
		Suites  []Suite  `xml:"testsuite"`
	}{Suites: suites}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(document); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// Seconds is a length of time as JUnit writes it.
func Seconds(s float64) string { return strconv.FormatFloat(s, 'f', 3, 64) }
