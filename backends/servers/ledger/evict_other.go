//go:build unix && !linux

package ledger

func killIn(string) int { return 0 }

func workingIn(string) []int { return nil }

func mountsBelow(string) ([]string, error) { return nil, nil }

func unmountBelow(string) error { return nil }
