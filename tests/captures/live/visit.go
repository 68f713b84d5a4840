// SPDX-License-Identifier: Apache-2.0
// A visit by crypto/tls: visit '{"address":…,"port":…,"name":…,"trust":…}'
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

func main() {
	var how struct {
		Address, Name, Trust, Min, Max, Alpn, Cert, Key string
		Port                                            int
	}
	if err := json.Unmarshal([]byte(os.Args[1]), &how); err != nil {
		panic(err)
	}
	versions := map[string]uint16{"": 0, "tls1.0": tls.VersionTLS10, "tls1.1": tls.VersionTLS11, "tls1.2": tls.VersionTLS12, "tls1.3": tls.VersionTLS13}
	config := &tls.Config{ServerName: how.Name, MinVersion: versions[how.Min], MaxVersion: versions[how.Max]}
	if pem, err := os.ReadFile(how.Trust); err == nil {
		config.RootCAs = x509.NewCertPool()
		config.RootCAs.AppendCertsFromPEM(pem)
	}
	if name := os.Getenv("SSLKEYLOGFILE"); name != "" {
		if log, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0600); err == nil {
			defer log.Close()
			config.KeyLogWriter = log
		}
	}
	if how.Alpn != "" {
		config.NextProtos = strings.Split(how.Alpn, ",")
	}
	if how.Cert != "" {
		pair, err := tls.LoadX509KeyPair(how.Cert, how.Key)
		if err != nil {
			fmt.Println(":error:", err)
			return
		}
		config.Certificates = []tls.Certificate{pair}
	}
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	connection, err := tls.DialWithDialer(dialer, "tcp", net.JoinHostPort(how.Address, fmt.Sprint(how.Port)), config)
	if err != nil {
		fmt.Println(":error:", err)
		return
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(5 * time.Second))
	connection.Write([]byte("GET / HTTP/1.0\r\nHost: lab\r\n\r\n"))
	if _, err := connection.Read(make([]byte, 100)); err != nil && err != io.EOF {
		fmt.Println(":error:", err)
		return
	}
	fmt.Println("CONNECTION ESTABLISHED")
}
