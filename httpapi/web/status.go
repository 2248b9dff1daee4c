package web

// status: GET /status tells what the daemon is doing.
func (v *visit) status() error {
	return v.show("status", &page{Title: "Status", Here: "status", Refresh: 15, Notice: v.notice()})
}

// reload: POST /reload has the policy read again.
func (v *visit) reload() error {
	if err := v.post("/api/reload", struct{}{}, nil); err != nil {
		return err
	}
	return v.back("/status", "reloaded", "")
}
