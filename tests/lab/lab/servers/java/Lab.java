// SPDX-License-Identifier: Apache-2.0
// A JSSE server for the lab: java Lab address=… port=… cert=… key=… [ca=…] [protocols=…] [suites=…] [alpn=…]
// Without words it is many servers: each line of its input, words parted by tabs, starts one, or ends the one of `stop=PORT`; each is
// answered by a line, "ok" or why not. It ends with its input.

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;

public class Lab {
  /** One chain and one key, which JSSE takes as they are: nobody asks whether they belong together. */
  static final class OneKey extends X509ExtendedKeyManager {
    private final X509Certificate[] chain;
    private final PrivateKey key;

    OneKey(X509Certificate[] chain, PrivateKey key) {
      this.chain = chain;
      this.key = key;
    }

    private String choose(String type) {
      String own = chain[0].getPublicKey().getAlgorithm();
      return type.startsWith(own) || own.startsWith(type) || (own.equals("EdDSA") && type.startsWith("Ed")) ? "lab" : null;
    }

    @Override public String[] getClientAliases(String type, Principal[] issuers) { return null; }
    @Override public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) { return null; }
    @Override public String[] getServerAliases(String type, Principal[] issuers) { return new String[] {"lab"}; }
    @Override public String chooseServerAlias(String type, Principal[] issuers, Socket socket) { return choose(type); }
    @Override public String chooseEngineServerAlias(String type, Principal[] issuers, SSLEngine engine) { return choose(type); }
    @Override public X509Certificate[] getCertificateChain(String alias) { return chain; }
    @Override public PrivateKey getPrivateKey(String alias) { return key; }
  }

  static X509Certificate[] certificates(String path) throws Exception {
    try (FileInputStream in = new FileInputStream(path)) {
      return CertificateFactory.getInstance("X.509").generateCertificates(in).toArray(new X509Certificate[0]);
    }
  }

  static PrivateKey privateKey(String path) throws Exception {
    String body = Files.readString(Path.of(path)).replaceAll("-----[^-]*-----", "").replaceAll("\\s", "");
    PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(body));
    for (String algorithm : new String[] {"EC", "RSA", "EdDSA"}) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (java.security.spec.InvalidKeySpecException next) {
        continue;
      }
    }
    throw new IllegalArgumentException("unknown kind of key: " + path);
  }

  static TrustManager[] trust(String path) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    for (X509Certificate certificate : certificates(path)) store.setCertificateEntry(certificate.getSubjectX500Principal().getName(), certificate);
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    return factory.getTrustManagers();
  }

  static void serve(SSLSocket socket) {
    try (socket) {
      socket.setSoTimeout(30000);
      socket.startHandshake();
      if (socket.getInputStream().read() < 0) return;
      String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC));
      socket.getOutputStream().write(("HTTP/1.0 200 OK\r\nDate: " + date + "\r\n\r\n").getBytes());
    } catch (Exception error) {
      System.err.println(error);
    }
  }

  static Map<String, String> settings(String[] words) {
    Map<String, String> settings = new HashMap<>();
    for (String word : words) settings.put(word.substring(0, word.indexOf('=')), word.substring(word.indexOf('=') + 1));
    return settings;
  }

  static SSLServerSocket listen(Map<String, String> settings) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    KeyManager keys = new OneKey(certificates(settings.get("cert")), privateKey(settings.get("key")));
    context.init(new KeyManager[] {keys}, settings.containsKey("ca") ? trust(settings.get("ca")) : null, null);
    SSLServerSocket listening = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(
        Integer.parseInt(settings.get("port")), 50, InetAddress.getByName(settings.get("address")));
    SSLParameters parameters = listening.getSSLParameters();
    if (settings.containsKey("protocols")) parameters.setProtocols(settings.get("protocols").split(","));
    if (settings.containsKey("suites")) parameters.setCipherSuites(settings.get("suites").split(","));
    if (settings.containsKey("alpn")) parameters.setApplicationProtocols(settings.get("alpn").split(","));
    if (settings.containsKey("ca")) parameters.setNeedClientAuth(true);
    listening.setSSLParameters(parameters);
    return listening;
  }

  /** Until the listening socket is closed. */
  static void accept(SSLServerSocket listening) {
    try {
      while (true) {
        SSLSocket socket = (SSLSocket) listening.accept();
        new Thread(() -> serve(socket)).start();
      }
    } catch (Exception end) {
      System.err.println(end);
    }
  }

  static void obey(Map<String, String> order, Map<String, SSLServerSocket> servers) throws Exception {
    if (order.containsKey("stop")) {
      servers.remove(order.get("stop")).close();
      return;
    }
    SSLServerSocket listening = listen(order);
    servers.put(order.get("port"), listening);
    new Thread(() -> accept(listening)).start();
  }

  public static void main(String[] words) throws Exception {
    if (words.length > 0) {
      accept(listen(settings(words)));
      return;
    }
    Map<String, SSLServerSocket> servers = new HashMap<>();
    BufferedReader orders = new BufferedReader(new InputStreamReader(System.in));
    for (String line = orders.readLine(); line != null; line = orders.readLine()) {
      try {
        obey(settings(line.split("\t")), servers);
        System.out.println("ok");
      } catch (Exception error) {
        System.out.println(error.toString().replace('\n', ' '));
      }
    }
    System.exit(0);
  }
}
