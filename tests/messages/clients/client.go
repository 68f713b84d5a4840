// SPDX-License-Identifier: Apache-2.0
// Visits each URL and prints, after its mark, the error as programs print it.
package main

import (
	"fmt"
	"net/http"
	"os"
	"time"
)

func main() {
	client := http.Client{Timeout: 5 * time.Second}
	for _, url := range os.Args[1:] {
		fmt.Println("=== " + url)
		if _, err := client.Get(url); err != nil {
			fmt.Println(err)
		} else {
			fmt.Println("fine")
		}
	}
}
