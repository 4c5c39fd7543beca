"""What the API takes and gives, a file a noun. Field for field what the OpenAPI document says."""
