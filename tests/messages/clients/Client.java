// SPDX-License-Identifier: Apache-2.0
// Visits each URL and prints, after its mark, what a program would print that does not catch the exception.
import java.net.URL;

public class Client {
  public static void main(String[] urls) {
    for (String url : urls) {
      System.out.println("=== " + url);
      try {
        var connection = new URL(url).openConnection();
        connection.setConnectTimeout(5000);
        connection.setReadTimeout(5000);
        connection.getInputStream().readAllBytes();
        System.out.println("fine");
      } catch (Exception e) {
        var out = new java.io.StringWriter();
        e.printStackTrace(new java.io.PrintWriter(out));
        System.out.print(out);
      }
    }
  }
}
