package certificate

import (
	"bytes"
	_ "embed"
	"html/template"
)

//go:embed badge.svg
var badgeText string

// letter is about the width of a letter in the badge, in its units.
const letter = 7

// Badge returns the statement as a small picture.
func (c *Certificate) Badge() ([]byte, error) {
	tmpl, err := template.New(BadgeFile).Parse(badgeText)
	if err != nil {
		return nil, err
	}
	const left = len("assay")*letter + 14
	right := len(c.Statement)*letter + 14
	var b bytes.Buffer
	err = tmpl.Execute(&b, map[string]any{
		"Statement": c.Statement, "Colour": colour(c.Statement), "Left": left, "Right": right, "All": left + right,
		"LeftMiddle": left / 2, "RightMiddle": left + right/2,
	})
	return b.Bytes(), err
}

func colour(statement string) string {
	switch statement {
	case StatementStrict:
		return "#2a8a50"
	case StatementRelaxed:
		return "#7a8a1e"
	case StatementBroken:
		return "#c4262e"
	}
	return "#6b7280"
}
