// SPDX-License-Identifier: Apache-2.0
// Java's opinion, many questions in one run, one a line on standard input, one answer a line ("yes" or "no: why"):
//   path ROOT BUNDLE [EPOCH]     CertPathValidator: the bundle's first certificate by way of the others, in their order
//   connect ROOT HOST PORT       a handshake, the host's name checked

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.KeyStore;
import java.security.cert.CertPathValidator;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

public class Referee {
  static List<X509Certificate> certificates(String path) throws Exception {
    List<X509Certificate> out = new ArrayList<>();
    try (FileInputStream in = new FileInputStream(path)) {
      for (Certificate one : CertificateFactory.getInstance("X.509").generateCertificates(in)) out.add((X509Certificate) one);
    }
    return out;
  }

  static void path(String[] words) throws Exception {
    List<X509Certificate> chain = certificates(words[2]);
    X509Certificate root = certificates(words[1]).get(0);
    chain.removeIf(one -> one.equals(root));
    PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
    parameters.setRevocationEnabled(false);
    if (words.length > 3) parameters.setDate(new Date(Long.parseLong(words[3]) * 1000));
    CertPathValidator.getInstance("PKIX").validate(CertificateFactory.getInstance("X.509").generateCertPath(chain), parameters);
  }

  static void connect(String[] words) throws Exception {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setCertificateEntry("root", certificates(words[1]).get(0));
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    try (Socket plain = new Socket()) {
      plain.connect(new InetSocketAddress("127.0.0.1", Integer.parseInt(words[3])), 5000);
      plain.setSoTimeout(5000);
      try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, words[2], plain.getPort(), true)) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
      }
    }
  }

  public static void main(String[] arguments) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split("\t");
      try {
        if (words[0].equals("path")) path(words);
        else connect(words);
        System.out.println("yes");
      } catch (Exception refused) {
        System.out.println("no: " + String.valueOf(refused.getMessage()).replace('\n', ' '));
      }
      System.out.flush();
    }
  }
}
