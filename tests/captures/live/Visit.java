// SPDX-License-Identifier: Apache-2.0
// Visits by JSSE, in one virtual machine, since one starts slowly: each line of input is one visit, name=value by tabs; the answer is a line.
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.Timer;
import java.util.TimerTask;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

public class Visit {
  static SSLContext trusting(String file) throws Exception {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    int count = 0;
    try (var in = new FileInputStream(file)) {
      for (var each : CertificateFactory.getInstance("X.509").generateCertificates(in)) store.setCertificateEntry("root" + count++, each);
    }
    var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(store);
    var context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  static void visit(Map<String, String> how) throws Exception {
    var patience = new Timer(true);  // a server that sends a byte a second never lets a read time out
    try (var plain = new Socket()) {
      patience.schedule(new TimerTask() {
        @Override public void run() {
          try {
            plain.close();
          } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        }
      }, 7000);
      plain.connect(new InetSocketAddress(how.get("address"), Integer.parseInt(how.get("port"))), 5000);
      plain.setSoTimeout(5000);
      var factory = trusting(how.get("trust")).getSocketFactory();
      try (var socket = (SSLSocket) factory.createSocket(plain, how.get("name"), Integer.parseInt(how.get("port")), true)) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        if (how.containsKey("versions")) parameters.setProtocols(how.get("versions").split(","));
        if (how.containsKey("alpn")) parameters.setApplicationProtocols(how.get("alpn").split(","));
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        socket.getOutputStream().write("GET / HTTP/1.0\r\nHost: lab\r\n\r\n".getBytes());
        socket.getInputStream().read(new byte[100]);
      }
    } finally {
      patience.cancel();
    }
  }

  public static void main(String[] none) throws Exception {
    var in = new BufferedReader(new InputStreamReader(System.in));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      var how = new HashMap<String, String>();
      for (String word : line.split("\t")) how.put(word.substring(0, word.indexOf('=')), word.substring(word.indexOf('=') + 1));
      try {
        visit(how);
        System.out.println("CONNECTION ESTABLISHED");
      } catch (Exception e) {
        System.out.println(":error: " + String.valueOf(e).replaceAll("\\s+", " "));
      }
    }
  }
}
