"""`dancheong` on the command line. It talks to ComfyUI over HTTP only and never imports it."""
