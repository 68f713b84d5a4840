// SPDX-License-Identifier: Apache-2.0

// A TLS server and a TLS client for the lab, on Go's standard library only: lab server '{…}' and lab client '{…}'.
package main

import (
	"bufio"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"time"
)

type settings struct {
	Address, Cert, Key, OtherKey, ClientCA, IssuerCert, IssuerKey, Trust, ServerName, Staple string
	MinVersion, MaxVersion                                                                   uint16
	Suites                                                                                   []uint16
	Curves                                                                                   []tls.CurveID
	Protocols                                                                                []string
	Names                                                                                    map[string][]string // strict: only these
	RefuseAll                                                                                bool
}

func check(err error) {
	if err != nil {
		fmt.Println(":error:", err)
		os.Exit(1)
	}
}

func read(path string) []byte {
	data, err := os.ReadFile(path)
	check(err)
	return data
}

func privateKey(path string) crypto.PrivateKey {
	block, _ := pem.Decode(read(path))
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	check(err)
	return key
}

// pair loads a chain and, unlike tls.LoadX509KeyPair, does not ask whether the key belongs to it.
func pair(cert, key string) *tls.Certificate {
	out := &tls.Certificate{PrivateKey: privateKey(key)}
	for rest := read(cert); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return out
		}
		out.Certificate = append(out.Certificate, block.Bytes)
	}
}

func pool(path string) *x509.CertPool {
	out := x509.NewCertPool()
	out.AppendCertsFromPEM(read(path))
	return out
}

// minted answers every name with a fresh certificate of one issuer, as inspecting proxies do.
func minted(s settings) func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	issuer := pair(s.IssuerCert, s.IssuerKey)
	parent, err := x509.ParseCertificate(issuer.Certificate[0])
	check(err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	return func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		name := hello.ServerName
		if name == "" {
			name = "localhost"
		}
		template := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
			DNSNames: []string{name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
			KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
		der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, issuer.PrivateKey)
		return &tls.Certificate{Certificate: [][]byte{der, issuer.Certificate[0]}, PrivateKey: key}, err
	}
}

func configuration(s settings) *tls.Config {
	config := &tls.Config{MinVersion: s.MinVersion, MaxVersion: s.MaxVersion, CipherSuites: s.Suites, CurvePreferences: s.Curves, NextProtos: s.Protocols}
	if s.Cert != "" {
		key := s.Key
		if s.OtherKey != "" {
			key = s.OtherKey
		}
		config.Certificates = []tls.Certificate{*pair(s.Cert, key)}
		if s.Staple != "" {
			config.Certificates[0].OCSPStaple = read(s.Staple)
		}
	}
	if s.ClientCA != "" {
		config.ClientCAs, config.ClientAuth = pool(s.ClientCA), tls.RequireAndVerifyClientCert
	}
	if s.IssuerCert != "" {
		config.GetCertificate = minted(s)
	}
	if s.Names != nil {
		config.GetCertificate = func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			if files, ok := s.Names[hello.ServerName]; ok {
				return pair(files[0], files[1]), nil
			}
			return nil, fmt.Errorf("no certificate for %q", hello.ServerName)
		}
		config.Certificates = nil
	}
	if s.RefuseAll {
		config.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) { return nil, errors.New("the backend is gone") }
	}
	return config
}

func serve(s settings) {
	listener, err := net.Listen("tcp", s.Address)
	check(err)
	config := configuration(s)
	for {
		raw, err := listener.Accept()
		check(err)
		go func() {
			defer raw.Close()
			connection := tls.Server(raw, config)
			_ = raw.SetDeadline(time.Now().Add(30 * time.Second))
			if err := connection.Handshake(); err != nil {
				fmt.Println("handshake:", err)
				return
			}
			if _, err := bufio.NewReader(connection).ReadString('\n'); err == nil {
				fmt.Fprintf(connection, "HTTP/1.0 200 OK\r\nDate: %s\r\n\r\n", time.Now().UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT"))
			}
			_ = connection.Close()
		}()
	}
}

func ask(s settings) {
	config := &tls.Config{ServerName: s.ServerName, RootCAs: pool(s.Trust), MinVersion: s.MinVersion, MaxVersion: s.MaxVersion}
	connection, err := tls.DialWithDialer(&net.Dialer{Timeout: 4 * time.Second}, "tcp", s.Address, config)
	check(err)
	fmt.Println("CONNECTION ESTABLISHED")
	time.Sleep(200 * time.Millisecond)
	_ = connection.Close()
}

func main() {
	var s settings
	check(json.Unmarshal([]byte(os.Args[2]), &s))
	if os.Args[1] == "server" {
		serve(s)
	} else {
		ask(s)
	}
}
