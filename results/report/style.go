package report

// Style returns the style sheet of the report, for pages that belong to it.
func Style() string { return plotStyle + pageStyle }
