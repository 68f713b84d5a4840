// SPDX-License-Identifier: Apache-2.0
// Prints "NAME yes" or "NAME no: why" for each folder of client_chains: what Go's crypto/x509 says.
package main

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
)

func read(path string) []*x509.Certificate {
	var out []*x509.Certificate
	rest, _ := os.ReadFile(path)
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return out
		}
		if c, err := x509.ParseCertificate(block.Bytes); err == nil {
			out = append(out, c)
		}
	}
}

func judge(folder, host string) error {
	options := x509.VerifyOptions{DNSName: host, Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool()}
	for _, c := range read(filepath.Join(folder, "roots.pem")) {
		options.Roots.AddCert(c)
	}
	for _, c := range read(filepath.Join(folder, "rest.pem")) {
		options.Intermediates.AddCert(c)
	}
	leaf := read(filepath.Join(folder, "leaf.pem"))
	if len(leaf) == 0 {
		return fmt.Errorf("the leaf cannot be parsed")
	}
	_, err := leaf[0].Verify(options)
	return err
}

func main() {
	folders, _ := filepath.Glob(filepath.Join(os.Args[1], "*"))
	for _, folder := range folders {
		if err := judge(folder, os.Args[2]); err != nil {
			fmt.Printf("%s no: %v\n", filepath.Base(folder), err)
		} else {
			fmt.Printf("%s yes\n", filepath.Base(folder))
		}
	}
}
