// Command hostile writes articles that mean harm into a folder, for the page to
// be tried with. It prints how many payloads there are.
package main

import (
	"fmt"
	"os"

	"opora/backend/knowledge/knowledgetest"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: hostile <folder> <host that payloads would ask>")
		os.Exit(2)
	}
	count, err := knowledgetest.Hostile(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, "hostile:", err)
		os.Exit(1)
	}
	fmt.Println(count)
}
