// SPDX-License-Identifier: Apache-2.0
// QUIC handshakes by quic-go, a server and a client for each case: quic FOLDER. Writes a key log for each into FOLDER, and a line of JSON:
// the case, the port and what the client and the server thought of it. FOLDER/root.pem is the root that the clients trust.
package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/lucas-clemente/quic-go"
)

const name = "quic.lab.test"

const (
	draft29 = quic.VersionDraft29
	v1      = quic.Version1
	v2draft = quic.Version2
)

var folder = os.Args[1]

type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	return key
}

func newAuthority(title string) authority {
	key := newKey()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: title}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().AddDate(5, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(err)
	certificate, err := x509.ParseCertificate(der)
	must(err)
	return authority{certificate, key}
}

func (a authority) leaf(host string, begin, end time.Duration, use x509.ExtKeyUsage) tls.Certificate {
	key := newKey()
	serial, _ := rand.Int(rand.Reader, big.NewInt(1<<62))
	template := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: time.Now().Add(begin), NotAfter: time.Now().Add(end), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{use}}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &key.PublicKey, a.key)
	must(err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func (a authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

// One handshake: what its server and its client have.
type scene struct {
	name                   string
	server, client         *tls.Config
	serverQuic, clientQuic *quic.Config
	silent, closed         bool // nobody answers; nobody listens
	early                  bool // the client is there a second time, with early data
}

type outcome struct {
	Case   string `json:"case"`
	Port   int    `json:"port"`
	Client string `json:"client"`
	Server string `json:"server"`
}

func words(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// Takes connections until the listener ends; tells how the first one went, as soon as it is known.
func serve(listener quic.EarlyListener, told chan<- string) {
	for {
		connection, err := listener.Accept(context.Background())
		if err != nil {
			told <- words(err)
			return
		}
		go func() {
			stream, err := connection.AcceptStream(context.Background())
			if err == nil {
				buffer := make([]byte, 100)
				_, err = stream.Read(buffer)
				stream.Write([]byte("welcome"))
				stream.Close()
			}
			told <- words(err)
		}()
	}
}

// `settle` waits until the handshake is over.
func talk(connection quic.Connection, settle func()) error {
	stream, err := connection.OpenStreamSync(context.Background())
	if err != nil {
		return err
	}
	if _, err = stream.Write([]byte("hello")); err != nil {
		return err
	}
	settle()
	time.Sleep(20 * time.Millisecond) // so that its last packets are out before the close
	stream.SetReadDeadline(time.Now().Add(2 * time.Second))
	_, err = stream.Read(make([]byte, 100))
	if err != nil && err.Error() == "EOF" {
		err = nil
	}
	connection.CloseWithError(0, "")
	return err
}

func visit(address string, one scene) error {
	deadline, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if one.early {
		connection, err := quic.DialAddrEarlyContext(deadline, address, one.client, one.clientQuic)
		if err != nil {
			return err
		}
		return talk(connection, func() { <-connection.HandshakeComplete().Done() })
	}
	connection, err := quic.DialAddrContext(deadline, address, one.client, one.clientQuic)
	if err != nil {
		return err
	}
	return talk(connection, func() {})
}

func play(one scene) outcome {
	socket, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	must(err)
	port := socket.LocalAddr().(*net.UDPAddr).Port
	out := outcome{Case: one.name, Port: port}
	log, err := os.Create(filepath.Join(folder, one.name+".keys"))
	must(err)
	defer log.Close()
	one.client.KeyLogWriter = log
	address := fmt.Sprintf("127.0.0.1:%d", port)
	if one.closed {
		socket.Close()
	}
	if one.silent || one.closed {
		out.Client = words(visit(address, one))
		socket.Close()
		return out
	}
	listener, err := quic.ListenEarly(socket, one.server, one.serverQuic)
	must(err)
	told := make(chan string, 16)
	go serve(listener, told)
	if one.early {
		first := one
		first.early = false
		must(visit(address, first))
		<-told
		time.Sleep(50 * time.Millisecond) // for the ticket
	}
	out.Client = words(visit(address, one))
	select {
	case out.Server = <-told:
	case <-time.After(300 * time.Millisecond):
		out.Server = "nothing"
	}
	listener.Close()
	socket.Close()
	return out
}

func scenes() []scene {
	root, stranger, clients := newAuthority("Lab Root"), newAuthority("Somebody Else"), newAuthority("Lab Client CA")
	trusted := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.certificate.Raw})
	must(os.WriteFile(filepath.Join(folder, "root.pem"), trusted, 0o600))
	const day = 24 * time.Hour
	use := x509.ExtKeyUsageServerAuth
	good := root.leaf(name, -day, 90*day, use)
	server := func(certificate tls.Certificate) *tls.Config {
		return &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"lab"}}
	}
	client := func() *tls.Config {
		return &tls.Config{ServerName: name, RootCAs: root.pool(), NextProtos: []string{"lab"}}
	}
	short := func() *quic.Config {
		return &quic.Config{HandshakeIdleTimeout: 1500 * time.Millisecond, RequireAddressValidation: func(net.Addr) bool { return false }}
	}
	speaks := func(versions ...quic.VersionNumber) *quic.Config {
		config := short()
		config.Versions = versions
		return config
	}
	out := []scene{}
	add := func(title string, change func(*scene)) {
		one := scene{name: title, server: server(good), client: client(), serverQuic: short(), clientQuic: short()}
		if change != nil {
			change(&one)
		}
		out = append(out, one)
	}
	add("healthy", nil)
	add("healthy-draft29", func(s *scene) { s.clientQuic = speaks(draft29) })
	add("healthy-v2-draft", func(s *scene) { s.clientQuic = speaks(v2draft) })
	add("healthy-negotiated", func(s *scene) { s.clientQuic, s.serverQuic = speaks(draft29, v1), speaks(v1) })
	add("healthy-retry", func(s *scene) { s.serverQuic.RequireAddressValidation = func(net.Addr) bool { return true } })
	add("healthy-early", func(s *scene) {
		s.early = true
		s.client.ClientSessionCache = tls.NewLRUClientSessionCache(4)
		s.clientQuic.TokenStore = quic.NewLRUTokenStore(4, 4)
	})
	add("healthy-long-hello", func(s *scene) {
		for i := 0; i < 250; i++ {
			s.client.NextProtos = append(s.client.NextProtos, fmt.Sprintf("protocol-%d", i))
		}
	})
	add("healthy-hello-retry", func(s *scene) {
		s.client.CurvePreferences = []tls.CurveID{tls.X25519, tls.CurveP256}
		s.server.CurvePreferences = []tls.CurveID{tls.CurveP256}
	})
	add("alpn", func(s *scene) { s.client.NextProtos = []string{"h3", "hq"} })
	add("groups", func(s *scene) {
		s.client.CurvePreferences, s.server.CurvePreferences = []tls.CurveID{tls.CurveP521}, []tls.CurveID{tls.X25519}
	})
	add("no-version", func(s *scene) { s.clientQuic, s.serverQuic = speaks(draft29), speaks(v1) })
	add("untrusted", func(s *scene) { s.server = server(stranger.leaf(name, -day, 90*day, use)) })
	add("expired", func(s *scene) { s.server = server(root.leaf(name, -90*day, -day, use)) })
	add("future", func(s *scene) { s.server = server(root.leaf(name, 2*day, 90*day, use)) })
	add("other-name", func(s *scene) { s.server = server(root.leaf("other.lab.test", -day, 90*day, use)) })
	add("purpose", func(s *scene) { s.server = server(root.leaf(name, -day, 90*day, x509.ExtKeyUsageClientAuth)) })
	demanding := func(s *scene) {
		s.server.ClientAuth, s.server.ClientCAs = tls.RequireAndVerifyClientCert, clients.pool()
	}
	add("client-certificate", demanding)
	add("client-certificate-untrusted", func(s *scene) {
		demanding(s)
		mine := stranger.leaf("visitor", -day, 90*day, x509.ExtKeyUsageClientAuth)
		s.client.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &mine, nil }
	})
	add("client-certificate-expired", func(s *scene) {
		demanding(s)
		mine := clients.leaf("visitor", -90*day, -day, x509.ExtKeyUsageClientAuth)
		s.client.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &mine, nil }
	})
	add("unknown-name", func(s *scene) {
		s.server.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) { return nil, fmt.Errorf("no such name") }
	})
	add("silent", func(s *scene) { s.silent, s.clientQuic.HandshakeIdleTimeout = true, 5*time.Second })
	add("closed", func(s *scene) { s.closed, s.clientQuic.HandshakeIdleTimeout = true, 5*time.Second })
	return out
}

func main() {
	results := make(chan outcome)
	all := scenes()
	for _, one := range all {
		go func(one scene) { results <- play(one) }(one)
	}
	printer := json.NewEncoder(os.Stdout)
	for range all {
		must(printer.Encode(<-results))
	}
}
