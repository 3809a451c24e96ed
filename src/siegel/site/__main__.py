from siegel.site.main import main

main()
