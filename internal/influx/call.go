package influx

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	influxhttp "github.com/influxdata/influxdb-client-go/v2/api/http"
)

// Call asks one route below /api/v2. In is sent as JSON unless it is nil, and the answer is
// decoded into out unless that is nil. The error is an [*influxhttp.Error] with the server's
// status and words.
func (c *Client) Call(ctx context.Context, method, path string, query url.Values, in, out any) error {
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return fmt.Errorf("encoding a request: %w", err)
		}
	}
	service := c.api.HTTPService()
	request, err := http.NewRequestWithContext(ctx, method, service.ServerAPIURL()+path+"?"+query.Encode(), &body)
	if err != nil {
		return fmt.Errorf("asking InfluxDB: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	problem := service.DoHTTPRequest(request, nil, func(response *http.Response) error {
		if out == nil {
			return nil
		}
		return json.NewDecoder(response.Body).Decode(out)
	})
	if problem != nil {
		return fmt.Errorf("%s %s: %w", method, path, (*influxhttp.Error)(problem))
	}
	return nil
}
