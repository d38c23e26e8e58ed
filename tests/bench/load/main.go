// Command load finds out how fast the API server itself is: it applies ConfigMaps with as many requests in flight as it
// is told, over one HTTP/2 connection, and does nothing else.
//
//	load -url URL -ca FILE -cert FILE -key FILE -namespace NAME -count 1000 -flight 16
//
// It prints the seconds that this took, without those of the TLS handshake.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

const body = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"%[1]s","namespace":"%[2]s"},` +
	`"data":{"name":"%[1]s"}}`

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func newClient(ca, cert, key string) *http.Client {
	pem, err := os.ReadFile(ca)
	if err != nil {
		fail(err)
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		fail(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	config := &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true}}
}

func apply(client *http.Client, url, namespace string, number int) {
	name := fmt.Sprintf("map-%04d", number)
	path := fmt.Sprintf("%s/api/v1/namespaces/%s/configmaps/%s?fieldManager=load&force=false", url, namespace, name)
	request, err := http.NewRequest("PATCH", path, strings.NewReader(fmt.Sprintf(body, name, namespace)))
	if err != nil {
		fail(err)
	}
	request.Header.Set("Content-Type", "application/apply-patch+yaml")
	response, err := client.Do(request)
	if err != nil {
		fail(err)
	}
	text, _ := io.ReadAll(response.Body)
	response.Body.Close()
	if response.StatusCode > 201 {
		fail(fmt.Errorf("%s: %s", response.Status, text))
	}
}

func main() {
	url := flag.String("url", "", "of the API server")
	ca, cert, key := flag.String("ca", "", ""), flag.String("cert", "", ""), flag.String("key", "", "")
	namespace := flag.String("namespace", "default", "")
	count, flight := flag.Int("count", 1000, ""), flag.Int("flight", 16, "")
	flag.Parse()

	client := newClient(*ca, *cert, *key)
	if response, err := client.Get(*url + "/readyz"); err != nil {
		fail(err)
	} else {
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
	}
	begin := time.Now()
	numbers := make(chan int)
	var workers sync.WaitGroup
	for range *flight {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for number := range numbers {
				apply(client, *url, *namespace, number)
			}
		}()
	}
	for number := range *count {
		numbers <- number
	}
	close(numbers)
	workers.Wait()
	fmt.Printf("%.6f\n", time.Since(begin).Seconds())
}
