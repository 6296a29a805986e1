// Command assay tests stores: it lets many clients use a store while things break, and
// says whether what they saw keeps the contract.
package main

import "os"

func main() {
	os.Exit(execute(os.Args[1:], os.Stdout, os.Stderr))
}
