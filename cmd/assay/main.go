// Command assay tests stores: it lets many clients use a store while things break, and
// says whether what they saw keeps the contract.
package main

import (
	"fmt"
	"os"

	"github.com/assay-dev/assay/backends/hosted"
)

func main() {
	if hosted.IsChild() {
		os.Exit(host())
	}
	os.Exit(execute(os.Args[1:], os.Stdout, os.Stderr))
}

// host is what this program does when a run has started it as the process of a store.
func host() (code int) {
	if err := hosted.Main(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "assay:", err)
		return 1
	}
	return 0
}
