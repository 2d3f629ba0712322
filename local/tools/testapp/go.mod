module canary-stages/local/tools/testapp

go 1.26.0
