curl -s -F image=@cover.png -F overwrite=true http://127.0.0.1:8188/upload/image
curl -s -H "Content-Type: application/json" \
    -d "{\"prompt\": $(cat workflows/api/remove_text.json)}" http://127.0.0.1:8188/prompt
curl -s "http://127.0.0.1:8188/history?max_items=1"
