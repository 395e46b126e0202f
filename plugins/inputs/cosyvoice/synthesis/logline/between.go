package logline

// IsBetweenRecords tells that nothing of what was read is waiting for what comes: another
// Reader that trusts the same headers can go on with the next line.
func (r *Reader) IsBetweenRecords() bool {
	return !r.HoldsFault() && !r.text.open
}

// HoldsFault tells that an error was begun, or is held since another may be chained to it.
func (r *Reader) HoldsFault() bool { return r.trace != (traceback{}) || r.fault.held }

// Headers are the forms of the headers that the log's records have had.
func (r *Reader) Headers() []uint32 {
	known := r.shapes.known[:min(r.shapes.count, len(r.shapes.known))]
	headers := make([]uint32, len(known))
	for i, sh := range known {
		headers[i] = uint32(sh)
	}
	return headers
}

// TrustHeaders makes records with these headers known from the beginning.
func (r *Reader) TrustHeaders(headers []uint32) {
	for _, header := range headers {
		r.shapes.learn(shape(header))
	}
}
